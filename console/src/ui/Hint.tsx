import { Tooltip } from "@mantine/core";
import type { ReactElement } from "react";
import { Typed } from "./Typed.tsx";

/** A short text on hover, focus and touch. The child must be able to take focus. */
export function Hint({ text, children }: { text: string; children: ReactElement }) {
  return (
    <Tooltip
      label={<Typed text={text} />}
      events={{ hover: true, focus: true, touch: true }}
      openDelay={250}
      multiline
      maw={300}
      withArrow={false}
      classNames={{ tooltip: "hint" }}
    >
      {children}
    </Tooltip>
  );
}
