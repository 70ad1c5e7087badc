import { useMemo } from "react";
import { encode } from "uqr";

/** Dark on light in either theme: many cameras read no other. */
export function QrCode({ text, label }: { text: string; label: string }) {
  const { size, path } = useMemo(() => toPath(text), [text]);
  return (
    <svg
      className="qr"
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={label}
      shapeRendering="crispEdges"
    >
      <path d={path} />
    </svg>
  );
}

const QUIET_ZONE = 4;

/** One path of unit squares, rows joined: a thousand elements would be slow. */
function toPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: "M", border: QUIET_ZONE });
  const parts: string[] = [];
  data.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      let width = 1;
      while (row[x + width]) width += 1;
      parts.push(`M${x} ${y}h${width}v1h-${width}z`);
      x += width;
    }
  });
  return { size, path: parts.join("") };
}
