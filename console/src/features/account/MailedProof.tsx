import { useMutation, useQuery } from "@tanstack/react-query";
import { useMessages } from "../../messages/LocaleProvider.tsx";
import { ProblemNote } from "../../shell/ProblemNote.tsx";
import { Button } from "../../ui/Button.tsx";
import { askForLink } from "../sign-in/queries.ts";
import { meQuery } from "./queries.ts";

/** The proof of whoever has neither password nor factor here, or was signed in by their organisation: their mailbox. */
export function MailedProof() {
  const { stepUp: text } = useMessages().account;
  const email = useQuery(meQuery).data?.email;
  const send = useMutation({ mutationFn: (to: string) => askForLink(to) });
  return (
    <>
      {send.isSuccess ? (
        <p role="status">{text.linkSent(send.variables)}</p>
      ) : (
        <div>
          <Button
            icon="mail"
            isBusy={send.isPending}
            onClick={() => {
              if (email !== undefined) send.mutate(email);
            }}
          >
            {text.sendLink}
          </Button>
        </div>
      )}
      {send.isError && <ProblemNote error={send.error} />}
    </>
  );
}
