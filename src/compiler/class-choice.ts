import { fail } from './diagnostics.ts';

/** What the class select register is given: the index of a class, or the class of the highest score. */
export type ClassChoice = number | 'argmax';

/**
 * Refuses a class that a model does not have.
 *
 * @param wanted index from 0
 * @returns it
 * @throws CompileError CAM205
 */
export function checkClass(wanted: number, classes: number): number {
  if (Number.isInteger(wanted) && wanted >= 0 && wanted < classes) return wanted;
  return fail(
    'CAM205',
    `Class ${wanted} is out of range: the model has ${classes} classes.`,
    `Choose a class from 0 to ${classes - 1}, or argmax.`,
  );
}
