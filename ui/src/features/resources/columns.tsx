import type { Format } from "@/components/format";
import { NowMark, TypeMark } from "@/components/schedule/ResourceMark";
import { bookingTitle } from "@/components/schedule/words";
import type { Column } from "@/components/WindowedTable";
import type { ResourceRow, ResourceSort } from "@/ipc/types";

export const grid =
  "grid-cols-[minmax(150px,1.3fr)_96px_minmax(80px,0.7fr)_64px_168px_minmax(200px,2fr)_76px]";

export function columnsFor(format: Format): Column<ResourceRow, ResourceSort["by"]>[] {
  return [
    {
      id: "name",
      header: "Name",
      by: "name",
      className: "font-medium",
      cell: (row) => (
        // A plain link, named as one; the row opens the resource. A router's link for every row costs more than the row.
        <a
          href={`#/resources/${row.id}`}
          tabIndex={-1}
          title={row.name}
          onClick={(event) => event.preventDefault()}
          className="hover:underline"
        >
          <bdi>{row.name}</bdi>
        </a>
      ),
    },
    { id: "type", header: "Type", by: "type", cell: (row) => <TypeMark type={row.type} /> },
    { id: "role", header: "Role", by: "role", className: "text-text-2", cell: (row) => row.role },
    {
      id: "quantity",
      header: "Quantity",
      by: "quantity",
      className: "text-right",
      cell: (row) => (row.type === "staff" ? null : format.number(row.quantity)),
    },
    { id: "now", header: "Now", cell: (row) => <NowMark row={row} /> },
    {
      id: "next",
      header: "Next booking",
      cell: (row) =>
        row.next ? (
          <span title={bookingTitle(row.next)}>
            {format.day(row.next.starts_at, row.next.time_zone)}
            {", "}
            {format.time(row.next.starts_at, row.next.time_zone)}
            <span className="text-text-2"> {bookingTitle(row.next)}</span>
          </span>
        ) : null,
    },
    {
      id: "tasks",
      header: "Open tasks",
      className: "text-right",
      cell: (row) => (row.open_tasks > 0 ? format.number(row.open_tasks) : null),
    },
  ];
}
