/** AXI4-Lite register map of `camber_top`: the one table behind the RTL (`camber_control.v`), drivers and reports. */

export interface RegisterField {
  readonly name: string;
  /** Lowest and highest bit. */
  readonly bits: readonly [low: number, high: number];
  readonly description: string;
}

export interface Register {
  readonly name: string;
  /** Byte offset. */
  readonly offset: number;
  readonly access: 'read' | 'write' | 'readWrite';
  readonly description: string;
  readonly fields?: readonly RegisterField[];
}

export const registers = [
  {
    name: 'control',
    offset: 0x00,
    access: 'write',
    description: 'Run control',
    fields: [
      {
        name: 'start',
        bits: [0, 0],
        description: "Start; waits until the last run's results have been sent",
      },
    ],
  },
  {
    name: 'status',
    offset: 0x04,
    access: 'readWrite',
    description: 'State of the run',
    fields: [
      { name: 'busy', bits: [0, 0], description: 'A run has been started and is not done' },
      {
        name: 'done',
        bits: [1, 1],
        description: 'The last run is done; cleared by writing 1 to it and by a start',
      },
    ],
  },
  {
    name: 'class_select',
    offset: 0x08,
    access: 'readWrite',
    description: 'Class to explain; taken over when a run begins',
    fields: [
      { name: 'index', bits: [0, 11], description: 'Class index where fixed' },
      {
        name: 'fixed',
        bits: [31, 31],
        description: '1: the class in index; 0: the class with the highest score',
      },
    ],
  },
  {
    name: 'top_class',
    offset: 0x0c,
    access: 'read',
    description: 'Class with the highest score (lowest index of equals)',
  },
  { name: 'class_used', offset: 0x10, access: 'read', description: 'Class that is explained' },
  {
    name: 'inference_cycles',
    offset: 0x14,
    access: 'read',
    description: 'Cycles from the first accepted image beat to the last score, stalls left out',
  },
  {
    name: 'explanation_cycles',
    offset: 0x18,
    access: 'read',
    description: 'Cycles from there to the last map value, stalls left out',
  },
  {
    name: 'stall_cycles',
    offset: 0x1c,
    access: 'read',
    description: 'Cycles in which the image stream kept the engine waiting',
  },
  { name: 'build_id', offset: 0x20, access: 'read', description: 'Identifies the compiled model' },
  {
    name: 'irq_enable',
    offset: 0x24,
    access: 'readWrite',
    description: 'Interrupt control',
    fields: [{ name: 'enable', bits: [0, 0], description: 'Raise irq while status.done' }],
  },
] as const satisfies readonly Register[];
