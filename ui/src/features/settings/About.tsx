import { useState } from "react";
import { Button } from "@/components/Button";
import { useSession } from "@/components/session";
import { UpdateSettings } from "@/components/updates/UpdateSettings";
import { Licences } from "./Licences";
import { Section } from "./Section";

/** Which Cloche this is, and whose work it stands on. */
export function About() {
  const { version } = useSession();
  const [licences, setLicences] = useState(false);
  return (
    <>
      <Section title="Cloche">
        <p>
          Version <span className="tabular-nums">{version}</span>
        </p>
        <p className="text-text-2">The desk of a catering office. Under the MIT licence.</p>
      </Section>
      <Section title="Updates">
        <UpdateSettings />
      </Section>
      <Section title="Licences">
        <p className="pb-3 text-text-2">
          Cloche stands on the work of many. Here is what it is made of, and on which terms it was given.
        </p>
        {licences ? <Licences /> : <Button onClick={() => setLicences(true)}>Show all licences</Button>}
      </Section>
    </>
  );
}
