import { useMutation, useQuery } from "@tanstack/react-query";
import { createContext, type FormEvent, type ReactNode, use, useRef, useState } from "react";
import { isApiError } from "../../api/api-error.ts";
import { askForPasskey } from "../../api/passkeys.ts";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Bone } from "../../ui/Bone.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog, DialogActions } from "../../ui/Dialog.tsx";
import { PasswordField } from "../../ui/fields.tsx";
import { SecondFactorStep } from "../sign-in/SecondFactorStep.tsx";
import { byCode } from "../sign-in/use-sign-in.ts";
import { knownFactors } from "./known-factors.ts";
import { MailedProof } from "./MailedProof.tsx";
import { beginStepUp, factorsQuery, type StepUpAnswer, stepUp } from "./queries.ts";

type Fresh = <T>(work: () => Promise<T>) => Promise<T>;

const StepUpContext = createContext<Fresh | null>(null);

/**
 * Runs work that may need a proof that is fresh: when the server asks for one, the person gives it in a dialog and the
 * work is done again. What they were doing stays where it was.
 */
export function useStepUp(): Fresh {
  const fresh = use(StepUpContext);
  if (fresh === null) throw new Error("useStepUp is called outside StepUpProvider");
  return fresh;
}

interface Waiting {
  readonly proved: () => void;
  readonly gaveUp: () => void;
}

export function StepUpProvider({ children }: { children: ReactNode }) {
  const { account, general } = useMessages();
  const [isOpen, setIsOpen] = useState(false);
  const waiting = useRef<Waiting | null>(null);

  const fresh: Fresh = async (work) => {
    try {
      return await work();
    } catch (error) {
      const isAsked = isApiError(error, "session.step_up") || isApiError(error, "session.from_provider");
      if (!isAsked) throw error;
      await new Promise<void>((proved, reject) => {
        waiting.current = { proved, gaveUp: () => reject(error) };
        setIsOpen(true);
      });
      return await work();
    }
  };
  const end = (isProved: boolean) => {
    setIsOpen(false);
    if (isProved) waiting.current?.proved();
    else waiting.current?.gaveUp();
    waiting.current = null;
  };

  return (
    <StepUpContext value={fresh}>
      {children}
      <Dialog
        title={account.stepUp.title}
        isOpen={isOpen}
        onClose={() => end(false)}
        closeLabel={general.close}
        width={400}
      >
        <StepUpForm onProved={() => end(true)} onCancel={() => end(false)} />
      </Dialog>
    </StepUpContext>
  );
}

interface StepUpFormProps {
  readonly onProved: () => void;
  readonly onCancel: () => void;
}

function StepUpForm({ onProved, onCancel }: StepUpFormProps) {
  const { account } = useMessages();
  const factors = useQuery(factorsQuery);
  const prove = useMutation({
    mutationFn: (ask: () => Promise<unknown>) => ask(),
    onSuccess: onProved,
  });
  const send = (answer: StepUpAnswer) => prove.mutate(() => stepUp(answer));
  if (factors.isError) return <ProblemNote error={factors.error} onRetry={() => factors.refetch()} />;
  if (!factors.data) return <Bone width="160px" />;
  const known = knownFactors(factors.data);
  if (known.length === 0) {
    return (
      <PasswordProof
        hasPassword={factors.data.hasPassword}
        isBusy={prove.isPending}
        error={prove.error}
        onPassword={(password) => send({ password })}
        onCancel={onCancel}
      />
    );
  }
  return (
    <>
      <p>{account.stepUp.body}</p>
      <SecondFactorStep
        factors={known}
        onCode={(kind, code) => send(byCode(kind, code))}
        onPasskey={() =>
          prove.mutate(async () => {
            const { token, options } = await beginStepUp();
            await stepUp({ token, passkey: await askForPasskey(options) });
          })
        }
        isBusy={prove.isPending}
        error={prove.error}
      />
    </>
  );
}

interface PasswordProofProps {
  readonly hasPassword: boolean;
  readonly isBusy: boolean;
  readonly error: unknown;
  readonly onPassword: (password: string) => void;
  readonly onCancel: () => void;
}

/** Who has no second factor proves the first one anew. Without a password that is a new sign-in. */
function PasswordProof({ hasPassword, isBusy, error, onPassword, onCancel }: PasswordProofProps) {
  const { account, general, signIn } = useMessages();
  const [password, setPassword] = useState("");
  if (!hasPassword) {
    return (
      <>
        <p>{account.stepUp.byLink}</p>
        <MailedProof />
        <DialogActions>
          <Button onClick={onCancel}>{general.cancel}</Button>
        </DialogActions>
      </>
    );
  }
  function submit(event: FormEvent) {
    event.preventDefault();
    if (password !== "") onPassword(password);
  }
  return (
    <form className="stack" onSubmit={submit} noValidate>
      <p>{account.stepUp.password}</p>
      <PasswordField
        label={signIn.password}
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        autoFocus
      />
      {error !== null && <ProblemNote error={error} />}
      <DialogActions>
        <Button onClick={onCancel}>{general.cancel}</Button>
        <Button type="submit" look="primary" isBusy={isBusy}>
          {account.stepUp.submit}
        </Button>
      </DialogActions>
    </form>
  );
}
