import { declareValuePlugin, PluginKind } from '@stryker-mutator/api/plugin';

const MAKERS = new Set(['StockafolioError', 'Error', 'TypeError', 'RangeError']);

/**
 * Ignores what stands in the arguments of an error: its message and its hint are for people, and tests that hold them to
 * the letter are tests of spelling. The error itself, and the condition that it is thrown on, stay under test.
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
