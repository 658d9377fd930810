/** What this computer's settings suggest for a new organization. */
import type { Option } from "@/components/Combobox";
import { deskLocale } from "@/components/format";
import { deskZone } from "@/components/wall-time";

const euro = "AT BE CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK".split(" ");
const others: Record<string, string> = {
  AR: "ARS",
  AU: "AUD",
  BR: "BRL",
  CA: "CAD",
  CH: "CHF",
  CL: "CLP",
  CN: "CNY",
  CO: "COP",
  CZ: "CZK",
  DK: "DKK",
  GB: "GBP",
  HK: "HKD",
  HU: "HUF",
  IL: "ILS",
  IN: "INR",
  IS: "ISK",
  JP: "JPY",
  KR: "KRW",
  MA: "MAD",
  MX: "MXN",
  NG: "NGN",
  NO: "NOK",
  NZ: "NZD",
  PE: "PEN",
  PL: "PLN",
  RO: "RON",
  SE: "SEK",
  SG: "SGD",
  TR: "TRY",
  UA: "UAH",
  US: "USD",
  ZA: "ZAR",
};

const zoneRegions: Record<string, string> = {
  "Europe/Madrid": "ES",
  "Europe/London": "GB",
  "Europe/Paris": "FR",
  "Europe/Berlin": "DE",
  "Europe/Rome": "IT",
  "Europe/Lisbon": "PT",
  "Europe/Dublin": "IE",
  "Europe/Zurich": "CH",
  "Europe/Vienna": "AT",
  "America/New_York": "US",
  "America/Chicago": "US",
  "America/Denver": "US",
  "America/Los_Angeles": "US",
  "America/Toronto": "CA",
  "America/Mexico_City": "MX",
  "Asia/Tokyo": "JP",
  "Australia/Sydney": "AU",
};

/** Currency by where the clock says we are, else by the language's country, else euro. */
export function guess(): { time_zone: string; currency: string; locale: string } {
  const time_zone = deskZone();
  const locale = deskLocale();
  const region = zoneRegions[time_zone] ?? new Intl.Locale(locale).maximize().region ?? "";
  const currency = euro.includes(region) ? "EUR" : (others[region] ?? "EUR");
  return { time_zone, currency, locale };
}

export function currencyOptions(locale: string): Option[] {
  const names = new Intl.DisplayNames(locale, { type: "currency" });
  return Intl.supportedValuesOf("currency").map((code) => ({
    value: code,
    label: `${code}, ${names.of(code) ?? code}`,
  }));
}

const offered =
  "en-GB en-US en-IE en-CA en-AU es-ES es-MX es-AR fr-FR fr-CA de-DE de-AT de-CH it-IT pt-PT pt-BR nl-NL da-DK sv-SE nb-NO fi-FI pl-PL cs-CZ el-GR ro-RO hu-HU tr-TR uk-UA he-IL ar-EG ja-JP ko-KR zh-CN";

/** How dates and numbers may be written; the computer's own way first. */
export function localeOptions(own: string): Option[] {
  const names = new Intl.DisplayNames("en", { type: "language" });
  const codes = [own, ...offered.split(" ").filter((code) => code !== own)];
  return codes.map((code) => ({ value: code, label: names.of(code) ?? code, note: sample(code) }));
}

function sample(locale: string): string {
  const date = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
  return `${date.format(Date.UTC(2026, 10, 21, 13))} · ${(1234.5).toLocaleString(locale)}`;
}
