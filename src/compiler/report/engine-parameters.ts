/** Parameters of `camber_top`: the array's shape, its optional parts and the depths of its memories. */
export type EngineParameters = ReadonlyMap<string, number>;
