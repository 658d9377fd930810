/** Long lists a page at a time: only what is near the eye is asked for. */
import { type QueryKey, useQueries } from "@tanstack/react-query";
import { useCallback, useMemo, useRef, useState } from "react";

const pageSize = 100;

type WindowPage<Row> = { rows: Row[]; total: number };
type Ask<Row> = { key: QueryKey; run: (offset: number, limit: number) => Promise<WindowPage<Row>> };

export type ListWindow<Row> = {
  /** Changes with the question, so that a table can start from its top again. */
  asked: string;
  total: number;
  rowAt: (index: number) => Row | undefined;
  /** Tells which rows are visible. */
  onRange: (first: number, last: number) => void;
  /** No answer yet, not even an earlier one. */
  loading: boolean;
  /** An earlier answer is shown while a new one is on its way. */
  stale: boolean;
  error: unknown;
  retry: () => void;
};

function pageOf<Row>({ key, run }: Ask<Row>, page: number) {
  return { queryKey: [...key, page], queryFn: () => run(page * pageSize, pageSize) };
}

/** What {@link useWindow} asks first, to ask it ahead. */
export function firstPage<Row>(ask: Ask<Row>) {
  return pageOf(ask, 0);
}

export function useWindow<Row>({ key, run }: Ask<Row>): ListWindow<Row> {
  const [pages, setPages] = useState<{ first: number; last: number }>({ first: 0, last: 0 });
  const total = useRef(0);
  // A new question starts from its top; kept here so that no page far down is asked of a shorter answer.
  const asked = JSON.stringify(key);
  const lastAsked = useRef(asked);
  if (lastAsked.current !== asked) {
    lastAsked.current = asked;
    if (pages.first !== 0) {
      setPages({ first: 0, last: 0 });
    }
  }
  const numbers = useMemo(
    () => Array.from({ length: pages.last - pages.first + 1 }, (_, step) => pages.first + step),
    [pages],
  );
  const answers = useQueries({
    queries: numbers.map((page) => ({
      ...pageOf({ key, run }, page),
      // Keyed by position: only the first page may stand in for another question's first page.
      placeholderData: page === 0 ? (previous: WindowPage<Row> | undefined) => previous : undefined,
    })),
  });
  const byPage = new Map(numbers.map((page, step) => [page, answers[step]]));
  const told = answers.find((answer) => answer.data)?.data?.total;
  if (told !== undefined) {
    total.current = told;
  }
  const onRange = useCallback((first: number, last: number) => {
    const next = { first: Math.floor(first / pageSize), last: Math.floor(Math.max(first, last) / pageSize) };
    setPages((now) => (now.first === next.first && now.last === next.last ? now : next));
  }, []);
  const failed = answers.find((answer) => answer.error);
  return {
    asked,
    total: total.current,
    rowAt: (index) => byPage.get(Math.floor(index / pageSize))?.data?.rows[index % pageSize],
    onRange,
    loading: answers.every((answer) => answer.isPending) && told === undefined && !failed,
    stale: answers.some((answer) => answer.isPlaceholderData),
    error: failed?.error ?? null,
    retry: () => void failed?.refetch(),
  };
}
