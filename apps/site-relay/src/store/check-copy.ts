import { workerData } from 'node:worker_threads'
import { openStore } from './open.ts'

// A thread of its own: it reads every page, which takes a second for a large database on a slow disk.
openStore(String(workerData)).close()
