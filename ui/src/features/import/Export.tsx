import { useMutation } from "@tanstack/react-query";
import { FolderDown } from "lucide-react";
import { Button } from "@/components/Button";
import { Problem } from "@/components/States";
import { useFormat } from "@/components/session";
import { commands } from "@/ipc/bindings";
import type { BooksExported } from "@/ipc/types";
import { unwrap } from "@/ipc/unwrap";
import { Card } from "./Card";

/** Writes everything this person sees as spreadsheets that any program opens, and that can be imported again. */
export function Export() {
  const books = useMutation({ mutationFn: async () => unwrap(await commands.booksExport()) });
  return (
    <Card
      icon={FolderDown}
      title="Take your books with you"
      text="Every client, event, resource, task and booking that you see, as CSV files in a folder of yours. Any spreadsheet opens them, and they can be imported again."
    >
      <Button className="justify-self-start" pending={books.isPending} onClick={() => books.mutate()}>
        {books.isPending ? "Writing the files…" : "Export the books…"}
      </Button>
      <Problem error={books.error} />
      {books.data ? <Exported books={books.data} /> : null}
    </Card>
  );
}

function Exported({ books }: { books: BooksExported }) {
  const format = useFormat();
  return (
    <div role="status" aria-label="Exported" className="grid gap-2 rounded-lg bg-accent-soft px-3 py-2">
      <p className="break-all">
        Written to <b className="font-semibold">{books.folder}</b>
      </p>
      <table className="w-80 max-w-full">
        <thead className="sr-only">
          <tr>
            <th scope="col">File</th>
            <th scope="col">Rows</th>
          </tr>
        </thead>
        <tbody>
          {books.files.map((file) => (
            <tr key={file.file_name}>
              <th scope="row" className="text-left font-normal">
                {file.file_name}
              </th>
              <td className="text-right">
                {format.number(file.rows)} {file.rows === 1 ? "row" : "rows"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
