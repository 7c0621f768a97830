import tseslint from 'typescript-eslint';

/** The house: which packages a package may import. A runner meets a connector in cli only. */
const arrows = {
  core: { denyMatching: '^(?!rxjs(/|$)|\\.{1,2}/)', why: 'core imports nothing but rxjs' },
  engine: {
    denyMatching: '^(?!rxjs(/|$)|@stockafolio/core(/|$)|\\.{1,2}/)',
    why: 'the engine imports core and rxjs only',
  },
  testing: {
    denyMatching: '^(?!rxjs(/|$)|@stockafolio/(core|engine)(/|$)|\\.{1,2}/)',
    why: 'testing imports core, engine and rxjs only',
  },
  connectors: {
    deny: [
      '@stockafolio/engine',
      '@stockafolio/engine/*',
      '@stockafolio/testing',
      '@stockafolio/runner-*',
      '@stockafolio/cli',
      '@stockafolio/example',
    ],
    why: 'connectors import core only',
  },
  'runner-stream': {
    deny: [
      '@stockafolio/connectors',
      '@stockafolio/connectors/*',
      '@stockafolio/testing',
      '@stockafolio/runner-batch',
      '@stockafolio/cli',
      '@stockafolio/example',
    ],
    why: 'a runner imports core and engine, never a connector or the other runner',
  },
  'runner-batch': {
    deny: [
      '@stockafolio/connectors',
      '@stockafolio/connectors/*',
      '@stockafolio/testing',
      '@stockafolio/runner-stream',
      '@stockafolio/cli',
      '@stockafolio/example',
    ],
    why: 'a runner imports core and engine, never a connector or the other runner',
  },
  conformance: {
    deny: [
      '@stockafolio/connectors',
      '@stockafolio/connectors/*',
      '@stockafolio/engine',
      '@stockafolio/testing',
      '@stockafolio/runner-*',
      '@stockafolio/cli',
      '@stockafolio/example',
    ],
    why: 'the contract suites know the ports only',
  },
  cli: { deny: ['@stockafolio/testing', '@stockafolio/example'], why: 'cli loads an application by name at run time' },
};

/** A function whose source text `instantiate` compiles anew finds nothing outside of it but what every runtime has. */
const selfContained = {
  create: ({ sourceCode, report }) => ({
    'CallExpression[callee.name="instantiate"]'(node) {
      const made = node.arguments[1];
      const { name } = made.type === 'TSInstantiationExpression' ? made.expression : made;
      let scope = sourceCode.getScope(node);
      while (scope !== null && !scope.set.has(name)) scope = scope.upper;
      const [definition] = scope?.set.get(name)?.defs ?? [];
      if (definition?.type !== 'FunctionName') return;
      for (const { identifier, isValueReference, resolved } of sourceCode.scopeManager.acquire(definition.node)
        .through) {
        if (!isValueReference || resolved === null || resolved.defs.length === 0) continue;
        report({
          node: identifier,
          message: `pass ${identifier.name} in the parts: instantiate() compiles this function anew`,
        });
      }
    },
  }),
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/coverage/**', 'docs/reference/**', 'tmp/**'] },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts', '**/*.tsx'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['**/dist/*', '../../*/src/*'], message: 'import the package by its name' }] },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...Object.entries(arrows).map(([name, { deny, denyMatching, why }]) => ({
    files: [`packages/${name}/src/**/*.ts`],
    ignores: ['**/*.spec.ts', '**/*.tst.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ ...(deny ? { group: deny } : { regex: denyMatching }), message: why }] },
      ],
    },
  })),
  {
    files: ['packages/{core,engine,testing}/src/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/*.tst.ts'],
    rules: {
      'no-restricted-globals': [
        'error',
        'process',
        'Buffer',
        'setTimeout',
        'setInterval',
        'Date',
        'performance',
        'fetch',
      ],
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: 'randomness comes from a seed' },
      ],
    },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    // Only core/compile compiles text: it says whether that is allowed.
    ignores: ['packages/core/src/compile/**'],
    plugins: { house: { rules: { 'self-contained': selfContained } } },
    rules: {
      'no-new-func': 'error',
      'no-eval': 'error',
      'no-implied-eval': 'error',
      'house/self-contained': 'error',
    },
  },
  {
    files: ['**/*.spec.ts', '**/*.tst.ts', 'packages/conformance/**'],
    rules: { '@typescript-eslint/no-unused-expressions': 'off' },
  },
  { files: ['benchmarks/**', 'examples/*/src/terminal/**'], rules: { 'no-console': 'off' } },
);
