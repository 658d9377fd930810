/** A progress bar; without a figure it only shows that something is going on. */
export function ProgressBar({ done, of, label }: { done: number | null; of: number; label: string }) {
  const share = done === null ? null : Math.round((100 * Math.min(done, of)) / Math.max(of, 1));
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share ?? undefined}
      className="h-1 w-full overflow-hidden rounded-full bg-hover"
    >
      {share === null ? (
        <div className="h-full w-1/3 animate-sweep rounded-full bg-accent" />
      ) : (
        <div
          className="h-full rounded-full bg-accent transition-[width] duration-100"
          style={{ width: `${share}%` }}
        />
      )}
    </div>
  );
}
