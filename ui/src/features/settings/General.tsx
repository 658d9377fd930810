import { setTheme, type Theme, useTheme } from "@/components/theme";
import { ComfortSwitches } from "./ComfortSwitches";
import { Section } from "./Section";

/** How Cloche looks and behaves on this computer. */
export function General() {
  return (
    <>
      <Section title="Appearance">
        <Appearance />
      </Section>
      <Section title="On this computer">
        <ComfortSwitches />
      </Section>
    </>
  );
}

const themes: { value: Theme; word: string }[] = [
  { value: "system", word: "As the system" },
  { value: "light", word: "Light" },
  { value: "dark", word: "Dark" },
];

function Appearance() {
  const theme = useTheme();
  return (
    <fieldset className="flex flex-wrap gap-4">
      <legend className="sr-only">Appearance</legend>
      {themes.map((choice) => (
        <label key={choice.value} className="hit-44 flex min-h-8 items-center gap-2">
          <input
            type="radio"
            name="theme"
            className="size-4 accent-accent"
            checked={theme === choice.value}
            onChange={() => setTheme(choice.value)}
          />
          {choice.word}
        </label>
      ))}
    </fieldset>
  );
}
