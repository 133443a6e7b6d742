# R 4.2.2, survival 3.5.3: made the numbers in tests/spec/test_kaplan_meier.py. Tests never call R.
library(survival)
show <- function(time, event) {
  fit <- survfit(Surv(time, event) ~ 1, conf.type = "log-log")
  s <- summary(fit, censored = TRUE)
  cat(sprintf("%d %d %d %d %.10f %.10f %.10f\n",
    s$time, s$n.risk, s$n.event, s$n.censor, 1 - s$surv, 1 - s$upper, 1 - s$lower), sep = "")
  print(quantile(fit, .5))
}
# survival::aml, arm "Maintained" (Miller 1997, Survival Analysis)
with(subset(aml, x == "Maintained"), show(time, status))
# 40 made-up episodes with ties of recoveries and last counts
show(c(2, 2, 2, 2, 4, 5, 5, 5, 6, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 12, 13, 13, 13, 13, 14, 15, 15, 18, 18, 19, 19, 21,
       21, 22, 22, 22, 23, 24, 28, 29),
     c(1, 1, 1, 1, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1, 1, 0, 1, 1, 1, 1,
       1, 1))
for (x in c(0, 1, 3, 17)) cat(sprintf("%d %.14f %.14f\n", x, poisson.test(x, 412)$conf.int[1], poisson.test(x, 412)$conf.int[2]))
