// Written by scripts/fit-resources.ts from bench/resources/synthesis.json; do not edit.
import type { Family } from './families.ts';
import type { FamilyFit } from './fit.ts';

export const fittedEstimate: Readonly<Partial<Record<Family, FamilyFit>>> = {};
