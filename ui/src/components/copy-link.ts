import type { RecordKind } from "@/ipc/types";
import { copyText } from "./clipboard";
import { announce, notify } from "./notices";
import { useSession } from "./session";

/** Copies the link that opens a record in Cloche, for colleagues who may see it. The desk reads such links strictly. */
export function useCopyLink(): (record: RecordKind, id: string) => Promise<void> {
  const office = useSession().organization.id;
  return async (record, id) => {
    const link = `cloche://${record}/${id}?office=${office}`;
    if (await copyText(link)) {
      announce(`Link copied. It opens this ${record} in Cloche, for colleagues who may see it.`);
    } else {
      notify({ message: `The system did not let Cloche copy. This is the link: ${link}`, is_warning: true });
    }
  };
}
