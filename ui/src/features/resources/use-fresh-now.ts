import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { useMinute } from "@/components/now";
import { roots } from "@/ipc/live";

/** Who is free now changes with the clock alone: what is on screen is read again each minute. */
export function useFreshNow(): void {
  const client = useQueryClient();
  const minute = useMinute();
  const read = useRef(minute);
  useEffect(() => {
    if (read.current !== minute) {
      read.current = minute;
      void client.invalidateQueries({ queryKey: roots.resources });
    }
  }, [minute, client]);
}
