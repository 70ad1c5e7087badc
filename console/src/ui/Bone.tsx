import type { CSSProperties } from "react";

/** A grey bar in the shape of what is coming. The sheet shows it only after 200 ms, so fast answers never flicker. */
export function Bone({ width = "60%" }: { width?: CSSProperties["width"] }) {
  return <span className="bone" style={{ width }} aria-hidden="true" />;
}
