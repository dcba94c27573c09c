/** Where the program writes; the tests read it there. */
export interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** True where stderr is a terminal, so that progress can stand in one line. */
  readonly terminal?: boolean;
  /** Columns of that terminal now; 80 where it does not say. */
  readonly columns?: () => number | undefined;
}
