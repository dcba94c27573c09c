/** `camber.If`: the types and shapes of the branch that is taken. */
import { choiceOperator, chosen } from '../branches.ts';
import { ShapeError, type RuleTable } from './rule.ts';

export const choiceRules: RuleTable = {
  [choiceOperator]: (c) => {
    const taken = chosen(c.node, () => c.constant(0));
    if (!taken) throw new ShapeError(`its condition "${c.node.inputs[0]}" is only known at run time`);
    return taken.map((name) => {
      const input = c.node.inputs.indexOf(name);
      return { dtype: c.type(input), shape: c.shape(input) };
    });
  },
};
