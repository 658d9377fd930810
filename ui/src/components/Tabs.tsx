import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cx } from "./class-names";

type Props<Id extends string> = {
  value: Id;
  onChange: (id: Id) => void;
  tabs: { id: Id; word: string; content: ReactNode }[];
  /** The content fills what is left of the window and scrolls by itself. */
  fill?: boolean;
};

export function Tabs<Id extends string>({ value, onChange, tabs, fill }: Props<Id>) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(next as Id)}
      className="flex min-h-0 flex-1 flex-col"
    >
      <Base.List className="flex gap-5 border-b border-line px-5">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.id}
            value={tab.id}
            className="hit-44 py-2 text-text-2 hover:text-text data-[active]:font-semibold data-[active]:text-text data-[active]:shadow-[inset_0_-2px_var(--accent)]"
          >
            {tab.word}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel
          key={tab.id}
          value={tab.id}
          className={cx("min-h-0 flex-1", fill ? "flex flex-col" : "overflow-y-auto px-5")}
        >
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
