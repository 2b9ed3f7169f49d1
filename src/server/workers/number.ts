/** The environment variable that tells a worker its number. */
export const numberVariable = 'WORKER_OF_MPP_SIM'
