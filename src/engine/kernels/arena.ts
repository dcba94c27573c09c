import type { Kernels } from './module.ts';

const pageBytes = 65536;
/** WebAssembly loads vectors fastest from multiples of their size. */
const alignment = 16;

/** Static allocation in the kernels' memory: all buffers are laid out first, then the memory grows once. */
export class Arena {
  private next: number;

  constructor(private readonly kernels: Kernels) {
    this.next = align(kernels.base());
  }

  /** Address of a new buffer. */
  allocate(bytes: number): number {
    const address = this.next;
    this.next = align(address + bytes);
    return address;
  }

  /** Makes the memory large enough for everything allocated. Views made before are void. */
  commit(): void {
    const missing = this.next - this.kernels.memory.buffer.byteLength;
    if (missing > 0) this.kernels.memory.grow(Math.ceil(missing / pageBytes));
  }
}

function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}
