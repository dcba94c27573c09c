import { createHash } from 'node:crypto';

/** Names a state of the engine's Verilog in the stored syntheses. */
export const rtlHash = (rtl: ReadonlyMap<string, string>): string =>
  createHash('sha256')
    .update(JSON.stringify([...rtl]))
    .digest('hex')
    .slice(0, 16);
