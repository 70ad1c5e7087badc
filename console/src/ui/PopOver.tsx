import { Popover } from "@mantine/core";
import type { ReactElement, ReactNode } from "react";

interface PopOverProps {
  readonly trigger: ReactElement;
  readonly label: string;
  readonly width?: number;
  readonly children: ReactNode;
}

export function PopOver({ trigger, label, width = 420, children }: PopOverProps) {
  return (
    <Popover
      width={`min(${width}px, calc(100vw - 24px))`}
      position="bottom-end"
      trapFocus
      returnFocus
      transitionProps={{ duration: 0 }}
      classNames={{ dropdown: "popover" }}
    >
      <Popover.Target>{trigger}</Popover.Target>
      <Popover.Dropdown aria-label={label}>{children}</Popover.Dropdown>
    </Popover>
  );
}
