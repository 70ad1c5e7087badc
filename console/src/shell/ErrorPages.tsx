import { type ErrorComponentProps, useNavigate, useRouter } from "@tanstack/react-router";
import { useMessages } from "../messages/LocaleProvider.tsx";
import { Blank } from "../ui/Blank.tsx";
import { Button } from "../ui/Button.tsx";
import { PageHeading } from "./PageHeading.tsx";
import { ProblemNote } from "./ProblemNote.tsx";

export function NotFoundPage() {
  const { notFound } = useMessages().shell;
  const navigate = useNavigate();
  return (
    <>
      <PageHeading title={notFound.title} />
      <Blank
        title={notFound.body}
        action={<Button onClick={() => navigate({ to: "/tenants" })}>{notFound.action}</Button>}
      />
    </>
  );
}

/** The last net under each page: the frame and the navigation stay alive around it. */
export function CrashPage({ error, reset }: ErrorComponentProps) {
  const { crashed } = useMessages().shell;
  const router = useRouter();
  return (
    <div className="crash">
      <PageHeading title={crashed.title} />
      <div className="stack">
        <p>{crashed.body}</p>
        <ProblemNote
          error={error}
          onRetry={() => {
            reset();
            void router.invalidate();
          }}
        />
      </div>
    </div>
  );
}
