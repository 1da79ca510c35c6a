import fc from 'fast-check'

// The same values for every mutant, and no search for the least of them that kills it.
fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: 300 })
