import { useMessages } from "../messages/LocaleProvider.tsx";
import { Button } from "../ui/Button.tsx";
import { CopyableId } from "../ui/Copyable.tsx";
import { Notice } from "../ui/Notice.tsx";
import { Typed } from "../ui/Typed.tsx";
import { describeProblem, fieldOfPath } from "./describe-problem.ts";

interface ProblemNoteProps {
  readonly error: unknown;
  readonly onRetry?: () => void;
  /** Fields that show their own fault beside them. */
  readonly shownFields?: readonly string[];
}

/** A failure where it happened: what, what to do, the request id to report, and a way to try again. */
export function ProblemNote({ error, onRetry, shownFields = [] }: ProblemNoteProps) {
  const messages = useMessages();
  const problem = describeProblem(error, messages);
  const others = problem.fields.filter(({ path }) => !shownFields.includes(fieldOfPath(path)));
  return (
    <Notice
      tone="danger"
      role="alert"
      title={<Typed text={problem.title} />}
      actions={onRetry && <Button onClick={onRetry}>{messages.general.retry}</Button>}
    >
      <Typed text={problem.cure} />
      {others.length > 0 && (
        <ul>
          {others.map(({ path, message }) => (
            <li key={path}>
              <code>{path}</code> <Typed text={message} />
            </li>
          ))}
        </ul>
      )}
      {problem.requestId !== "" && (
        <div className="row quiet">
          {messages.general.requestId}
          <CopyableId id={problem.requestId} what={messages.general.requestId} />
        </div>
      )}
    </Notice>
  );
}
