import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const MAKERS = new Set(['StockafolioError', 'Error', 'TypeError', 'RangeError']);

/**
 * Ignores the arguments of an error: its message and its hint are for people, and tests of their exact wording would be
 * tests of spelling. The error itself, and the condition that throws it, are still mutated.
 */
export const strykerPlugins = [
  declareValuePlugin(PluginKind.Ignore, 'messages', {
    shouldIgnore(path) {
      const { callee } = path.node;
      const makes = path.isNewExpression() && callee.type === 'Identifier' && MAKERS.has(callee.name);
      return makes ? 'the words of an error are not under test' : undefined;
    },
  }),
];
