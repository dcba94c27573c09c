/** Scores and correlations as text. */
export const decimal = (value: number, digits: number): string => value.toFixed(digits);
export const probability = (value: number): string => `${(value * 100).toFixed(1)} %`;
