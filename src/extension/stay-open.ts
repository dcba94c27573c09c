/**
 * Options of lists and input boxes: they stay until they are answered or left by Escape. A view that gets the focus late
 * (it had it before the command palette, or it has just loaded) would close them under the user's hands.
 */
export const stayOpen = { ignoreFocusOut: true } as const;
