import type { ReactNode } from "react";
import { Button } from "./Button.tsx";
import { DialogActions } from "./Dialog.tsx";
import { Notice } from "./Notice.tsx";

interface ShownOnceProps {
  /** Why to keep it now, and where. */
  readonly warning: string;
  readonly children: ReactNode;
  /** What the reader says who has kept it. */
  readonly kept: string;
  readonly onKept: () => void;
}

/** A secret in the one moment in which it is shown. Hold it in the component's state alone, so that closing forgets it. */
export function ShownOnce({ warning, children, kept, onKept }: ShownOnceProps) {
  return (
    <div className="stack">
      <Notice tone="warn" role="status">
        {warning}
      </Notice>
      {children}
      <DialogActions>
        <Button look="primary" onClick={onKept}>
          {kept}
        </Button>
      </DialogActions>
    </div>
  );
}
