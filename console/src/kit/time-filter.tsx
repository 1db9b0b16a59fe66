import { useEffect, useState } from 'react';

/** A time of the API as a control of the browser takes it, in the time zone of the person. */
export function localTimeOf(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

interface TimeFilterProps {
  readonly label: string;
  readonly value: string;
  readonly className: string | undefined;
  readonly onChange: (time: string | undefined) => void;
}

/** A time, chosen to the minute; the list is asked for when it is whole. */
export function TimeFilter({ label, value, className, onChange }: TimeFilterProps) {
  const [typed, setTyped] = useState(localTimeOf(value));
  // Back and forward change the address under the control.
  useEffect(() => setTyped(localTimeOf(value)), [value]);
  const told = () => {
    if (typed === localTimeOf(value)) return;
    onChange(typed === '' ? undefined : new Date(typed).toISOString());
  };
  return (
    <label className={className}>
      <span>{label}</span>
      <input
        type="datetime-local"
        value={typed}
        onChange={({ target }) => setTyped(target.value)}
        onBlur={told}
        onKeyDown={({ key }) => key === 'Enter' && told()}
      />
    </label>
  );
}
