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
    <Modal.Root
      opened={isOpen}
      onClose={onClose}
      size={width}
      // The lock would write a style element at run time, which the content security policy refuses.
      lockScroll={false}
      transitionProps={{ duration: 0 }}
      yOffset="10vh"
      classNames={{ content: "dialog" }}
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body className="dialog-body">
          {/* Not Modal.Header: it is a header element, which readers take for another banner of the page. */}
          <div className="dialog-header">
            <Modal.Title className="dialog-title">{title}</Modal.Title>
            <Modal.CloseButton size="sm" aria-label={closeLabel} />
          </div>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

/** Cancel left of the act, both at the end of the dialog. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="dialog-actions">{children}</div>;
}
