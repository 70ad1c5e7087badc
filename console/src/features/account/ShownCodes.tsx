import { useMessages } from "../../messages/LocaleProvider.tsx";
import { Button } from "../../ui/Button.tsx";
import { CodesList } from "../../ui/CodesList.tsx";
import { DialogActions } from "../../ui/Dialog.tsx";
import { Notice } from "../../ui/Notice.tsx";

/** Recovery codes in the one moment in which they are shown. */
export function ShownCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }) {
  const { methods: text } = useMessages().account;
  return (
    <>
      <Notice tone="warn" role="status">
        {text.codesShownOnce} {text.codesIntro}
      </Notice>
      <CodesList codes={codes} label={text.codes} fileName="recovery-codes.txt" />
      <DialogActions>
        <Button look="primary" onClick={onKept}>
          {text.codesKept}
        </Button>
      </DialogActions>
    </>
  );
}
