/** The IANA zones this system knows, as choices. */
import type { Option } from "./Combobox";

/** `Europe/Madrid` → `Madrid`, `America/Argentina/Buenos_Aires` → `Buenos Aires`. */
export function zoneName(zone: string): string {
  return zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
}

export function zoneOption(zone: string): Option {
  const name = zoneName(zone);
  return { value: zone, label: name === zone ? zone : `${name} (${zone})` };
}

let all: Option[] | undefined;

export function zoneOptions(): Option[] {
  all ??= ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map(zoneOption);
  return all;
}
