import { Combobox } from "@/components/Combobox";
import { Field } from "@/components/Field";
import { zoneOption, zoneOptions } from "@/components/zones";

/** Where the clocks are of events that do not say so. */
export function ZoneField({ zone, onChange }: { zone: string; onChange: (zone: string) => void }) {
  return (
    <Field label="Time zone of events that name none" className="w-80">
      {(control) => (
        <Combobox
          control={control}
          options={zoneOptions()}
          value={zoneOption(zone)}
          onChange={(option) => onChange(option?.value ?? zone)}
        />
      )}
    </Field>
  );
}
