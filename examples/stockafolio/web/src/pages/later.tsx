import { signal } from '@preact/signals';
import type { ComponentChildren, FunctionComponent } from 'preact';

/**
 * A component whose code is loaded when it is shown first, with something else in its place until then.
 *
 * @throws what loading has thrown, when it is drawn
 */
export function later<P extends object>(
  load: () => Promise<FunctionComponent<P>>,
  meanwhile: ComponentChildren,
): FunctionComponent<P> {
  const found = signal<{ readonly component: FunctionComponent<P> } | { readonly error: unknown } | undefined>(
    undefined,
  );
  let asked = false;
  const ask = (): void => {
    asked = true;
    load().then(
      (component) => (found.value = { component }),
      (error: unknown) => (found.value = { error }),
    );
  };
  return (props) => {
    if (!asked) ask();
    if (found.value === undefined) return <>{meanwhile}</>;
    if ('error' in found.value) throw found.value.error;
    const { component: Found } = found.value;
    return <Found {...props} />;
  };
}
