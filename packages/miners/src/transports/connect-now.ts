import { connect, isIP, type Socket, type TcpNetConnectOpts } from 'node:net'

/**
 * Connects to an address before it returns. Node puts that off to the end of its turn, so that a process that is frozen
 * in between would connect whenever it goes on, whatever was asked before [S8]; for a name that is looked up it does not.
 */
export const connectNow = ({ host, ...options }: TcpNetConnectOpts & { readonly host: string }): Socket =>
  connect({
    ...options,
    host: 'a miner',
    autoSelectFamily: false,
    lookup: (_name, _options, found) => found(null, host, isIP(host)),
  })
