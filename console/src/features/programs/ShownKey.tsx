import type { TenantKeyCreated } from "../../api/types.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodeBlock } from "../../ui/CodeBlock.tsx";
import { DialogActions } from "../../ui/Dialog.tsx";
import { Notice } from "../../ui/Notice.tsx";

/** A key in the one moment in which it is shown. */
export function ShownKey({ made, onKept }: { made: TenantKeyCreated; onKept: () => void }) {
  const { programs: text } = useMessages();
  return (
    <div className="stack">
      <Notice tone="warn" role="status">
        {text.shownOnce}
      </Notice>
      <CodeBlock code={made.key} label={text.key} />
      <DialogActions>
        <Button look="primary" onClick={onKept}>
          {text.done}
        </Button>
      </DialogActions>
    </div>
  );
}
