interface SectorChoiceProps {
  readonly sectors: readonly string[];
  /** Empty for all. */
  readonly chosen: string;
  readonly choose: (sector: string) => void;
}

/** The sector to which a list is narrowed. */
export function SectorChoice({ sectors, chosen, choose }: SectorChoiceProps) {
  return (
    <select aria-label="Sector" value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
      <option value="">All sectors</option>
      {sectors.map((name) => (
        <option key={name} value={name}>
          {name}
        </option>
      ))}
    </select>
  );
}
