interface ChoiceProps<V extends string> {
  readonly label: string;
  readonly options: readonly (readonly [V, string])[];
  readonly value: V;
  readonly choose: (value: V) => void;
}

/** A few options, one of which is selected. */
export function Choice<V extends string>({ label, options, value, choose }: ChoiceProps<V>) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => choose(option)}>
          {text}
        </button>
      ))}
    </div>
  );
}
