type Props = { name: string | null; chosen: boolean; onPress: (shift: boolean) => void };

/** The cell of a table's row by which it is chosen; the whole cell takes the press. */
export function SelectCell({ name, chosen, onPress }: Props) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: only keeps the press from the row; Space chooses it
    <div role="gridcell" tabIndex={-1} className="h-full" onClick={(event) => event.stopPropagation()}>
      {name === null ? null : (
        <label className="grid size-full place-items-center">
          <span className="sr-only">{`Select ${name}`}</span>
          <input
            type="checkbox"
            tabIndex={-1}
            className="size-4 accent-accent"
            checked={chosen}
            onClick={(event) => onPress(event.shiftKey)}
            onChange={() => undefined}
          />
        </label>
      )}
    </div>
  );
}
