import { useEffect, useState } from "react";
import { TextField } from "./fields.tsx";

/** A pause in typing, after which the list follows. */
const typingPauseMs = 250;

interface SearchFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

export function SearchField({ label, placeholder, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  // Back, forward and "clear filters" change the address, and the field follows.
  useEffect(() => setText(value), [value]);
  useEffect(() => {
    if (text.trim() === value) return;
    const timer = setTimeout(() => onChange(text.trim()), typingPauseMs);
    return () => clearTimeout(timer);
  });
  return (
    <TextField
      label={label}
      isLabelHidden
      type="search"
      placeholder={placeholder}
      value={text}
      onChange={setText}
      maxLength={200}
    />
  );
}
