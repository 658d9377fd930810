/** What Cloche is built of and under which licences, made by the build. */
declare module "virtual:licences" {
  type Part = {
    name: string;
    version: string;
    licence: string;
    kind: "rust" | "window" | "program";
    /** Where in `texts` its own are. */
    texts: number[];
  };
  const licences: { parts: Part[]; texts: string[] };
  export default licences;
}
