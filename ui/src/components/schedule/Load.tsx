import type { Step } from "./layout";

type Props = { steps: Step[]; quantity: number; peak: number; height: number };

/** How many are booked through a day, as steps below the line of how many there are. */
export function Load({ steps, quantity, peak, height }: Props) {
  const most = Math.max(quantity, peak) * 1.12;
  const y = (booked: number) => height - (height * booked) / most;
  let path = `M0 ${height}`;
  let at = 0;
  for (const step of steps) {
    if (step.from > at) {
      path += ` L${at} ${height} L${step.from} ${height}`;
    }
    path += ` L${step.from} ${y(step.booked)} L${step.to} ${y(step.booked)}`;
    at = step.to;
  }
  path += ` L${at} ${height} L1440 ${height} Z`;
  const over = peak > quantity;
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 1440 ${height}`}
      preserveAspectRatio="none"
      className="absolute inset-x-0 top-0.5 w-full"
      style={{ height }}
    >
      <path
        d={path}
        className={over ? "fill-danger/20 stroke-danger" : "fill-accent/20 stroke-accent"}
        vectorEffect="non-scaling-stroke"
      />
      <line
        x1="0"
        x2="1440"
        y1={y(quantity)}
        y2={y(quantity)}
        className={over ? "stroke-danger" : "stroke-text-3"}
        strokeDasharray="4 3"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
