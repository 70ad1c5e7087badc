import { useState } from "react";
import { useAction } from "../../api/use-action.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { Panel } from "../../ui/Panel.tsx";
import { drawRecoveryCodes, meTouches } from "./queries.ts";
import { ShownCodes } from "./ShownCodes.tsx";
import { useStepUp } from "./StepUp.tsx";

export function CodesPanel({ left, hasFactor }: { left: number; hasFactor: boolean }) {
  const { account, general } = useMessages();
  const text = account.methods;
  const fresh = useStepUp();
  const [isOpen, setIsOpen] = useState(false);
  // In this component only: closing the dialog forgets the codes.
  const [codes, setCodes] = useState<readonly string[]>();
  const draw = useAction({
    run: (_: undefined) => fresh(drawRecoveryCodes),
    touches: meTouches,
    onDone: (drawn) => setCodes(drawn.recoveryCodes),
  });
  const close = () => {
    setIsOpen(false);
    setCodes(undefined);
    draw.reset();
  };
  return (
    <Panel
      title={text.codes}
      actions={
        <Button disabledReason={!hasFactor && text.codesNeedFactor} onClick={() => setIsOpen(true)}>
          {text.drawCodes}
        </Button>
      }
    >
      <p className="quiet">{text.codesIntro}</p>
      <Mark tone={left > 2 ? "ok" : left > 0 ? "warn" : "quiet"}>
        {left === 0 ? text.codesNone : text.codesLeft(left)}
      </Mark>
      <Dialog title={text.codes} isOpen={isOpen} onClose={close} closeLabel={general.close} width={520}>
        {codes ? (
          <ShownCodes codes={codes} onKept={close} />
        ) : (
          <>
            <p>{text.codesIntro}</p>
            {left > 0 && <p>{text.drawEffect}</p>}
            {draw.isError && <ProblemNote error={draw.error} />}
            <DialogActions>
              <Button onClick={close}>{general.cancel}</Button>
              <Button look="primary" isBusy={draw.isPending} onClick={() => draw.mutate(undefined)}>
                {text.drawCodes}
              </Button>
            </DialogActions>
          </>
        )}
      </Dialog>
    </Panel>
  );
}
