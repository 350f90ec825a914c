export function Stratum() {
  return <p>Stratum</p>
}
