import { Modal } from "@mantine/core";
import type { ReactNode } from "react";

interface DialogProps {
  readonly title: string;
  readonly isOpen: boolean;
  readonly onClose: () => void;
  readonly closeLabel: string;
  readonly width?: number;
  readonly children: ReactNode;
}

export function Dialog({ title, isOpen, onClose, closeLabel, width = 480, children }: DialogProps) {
  return (
    <Modal
      opened={isOpen}
      onClose={onClose}
      title={title}
      size={width}
      // The lock writes a style element, which the content security policy refuses; the sheet's own rule does it.
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ "aria-label": closeLabel, size: "sm" }}
      classNames={{ title: "dialog-title", header: "dialog-header", body: "dialog-body", content: "dialog" }}
      yOffset="10vh"
    >
      {children}
    </Modal>
  );
}

/** Cancel left of the act, both at the end of the dialog. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>;
}
