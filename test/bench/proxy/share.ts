/** Bytes of a `mining.submit` as miners send it, with its newline. */
const shareBytes = 130

/** A share; its id has eight digits, so that all are of one length. */
export function shareLine(id: number): string {
  const end = `","6a3f0001","00000000","655f1e80","00000001"]}\n`
  const start = `{"id":${id},"method":"mining.submit","params":["bench.`
  return start + 'w'.repeat(shareBytes - start.length - end.length) + end
}

export const firstId = 10_000_000
