/** The filters of stage changes alone, for programs that must start fast: nothing else of the engine is loaded. */
export * from './announcement/change-filter';
