"""The rival: the 18 equations in C (gcc, by ctypes), solved by SciPy's LSODA, by its Python class and by odeint."""

import ctypes
import subprocess
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.integrate import odeint, solve_ivp
from tests.reference.mechanism import HOURS, STATES, begin

PARAMETERS = (
    "V1", "CL", "Q", "V2", "kdep", "EC50", "ECp", "B0", "T40", "T80", "K0", "kc", "Circ0", "MTT", "gamma", "FBmax",
    "EG", "G50", "rel", "bB", "rB", "sB", "fB", "k4", "T4inf", "s4", "f4", "k8", "T8inf", "s8", "f8", "rK", "eK", "sK",
    "fK", "kO", "O0", "sO", "rho", "delta", "klys", "fres", "eta", "ren", "theta", "kappa", "sN", "ka", "Vp", "CLp",
    "ke0", "kg",
)  # fmt: skip
SOURCE = """
#include <math.h>
static double above(double x) { return x > 0 ? x : 0; }
void slope(const double *s, double *d, const double *p, double rate) {
%s
  double A1=s[0],A2=s[1],B=s[2],T4=s[3],T8=s[4],K=s[5],O=s[6],L=s[7],Y=s[8],P=s[9],M1=s[10],M2=s[11],M3=s[12],N=s[13];
  double Dp=s[14],Cp=s[15],Ep=s[16],G=s[17];
  double C=A1/V1, phi=kdep*C/(EC50+C), ep=Ep/(ECp+Ep), H=above(1-(B+T4+T8+K+L)/(B0+T40+T80+K0));
  double P0=kc*Circ0*MTT/4, fb=fmin(pow(Circ0/N,gamma_),FBmax), eg=EG*G/(G50+G), ktr=4/MTT*(1+.5*eg);
  double out=ktr*(1+rel*ep)*M3;
  d[0]=rate-(CL+Q)/V1*A1+Q/V2*A2; d[1]=Q/V1*A1-Q/V2*A2;
  d[2]=bB+rB*B*(1-B/B0)-sB*phi*above(B-fB*B0);
  d[3]=k4*(T4inf*T40-T4)-s4*phi*above(T4-f4*T40); d[4]=k8*(T8inf*T80-T8)-s8*phi*above(T8-f8*T80);
  d[5]=rK*K*(1-K/(K0*(1+eK*H)))-sK*phi*above(K-fK*K0); d[6]=kO*(O0-O)-sO*phi*O;
  d[7]=L*(rho*H*Y-delta-klys*ep-(1-fres)*s8*phi); d[8]=-eta*L*Y;
  d[9]=4/MTT*(ren*P+(1-ren)*P0)*(fb+eg)-ktr*P; d[10]=ktr*(P-M1); d[11]=ktr*(M1-M2)-theta*kappa*L*M2;
  d[12]=ktr*M2-out-theta*kappa*L*M3; d[13]=out-(kc+kappa*L+sN*phi)*N;
  d[14]=-ka*Dp; d[15]=ka*Dp/Vp-CLp/Vp*Cp; d[16]=ke0*(Cp-Ep); d[17]=-kg*G;
}
"""


def compile_slope():
    """The right-hand side as a Python function of (state, parameters, rate) that only calls C."""
    names = {"gamma": "gamma_"}
    said = "\n".join(f"  double {names.get(n, n)}=p[{i}];" for i, n in enumerate(PARAMETERS))
    folder = Path(tempfile.mkdtemp())
    (folder / "slope.c").write_text(SOURCE % said)
    built = folder / "slope.so"
    subprocess.run(["gcc", "-O3", "-shared", "-fPIC", "-o", built, folder / "slope.c", "-lm"], check=True)
    in_c = ctypes.CDLL(str(built)).slope
    in_c.argtypes = [ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_double]
    in_c.restype = None

    def bind(values):
        p, result = np.array([values[n] for n in PARAMETERS]), np.empty(len(STATES))
        p_at, result_at = p.ctypes.data, result.ctypes.data

        def slope(_t, state, rate):
            in_c(state.ctypes.data, result_at, p_at, rate)
            return result

        slope.keep = (p, result)
        return slope

    return bind


def follow(slope, p, days, infusions, oral, way, rtol, atol):
    """Neutrophils at `days`, by solve_ivp or odeint; stopped at every dose."""

    def copied(t, state, rate):  # odeint copies what it is given, solve_ivp keeps it
        return slope(t, state, rate).copy()

    length = HOURS / 24
    edges = sorted({d for d, _ in infusions} | {d + length for d, _ in infusions} | {d for d, _ in oral})
    stops = [days[0], *(d for d in edges if days[0] < d < days[-1]), days[-1]]
    state, found = begin(p), {}
    for start, end in pairwise(stops):
        state[STATES.index("Dp")] += sum(mg for d, mg in oral if d == start)
        rate = sum(mg / length for d, mg in infusions if d <= start < d + length)
        times = np.unique([start, *days[(days >= start) & (days <= end)], end])
        if way == "odeint":
            y = odeint(slope, state, times, args=(rate,), rtol=rtol, atol=atol, tfirst=True, mxstep=10000)
        else:
            y = solve_ivp(copied, (start, end), state, "LSODA", times, args=(rate,), rtol=rtol, atol=atol).y.T
        found |= dict(zip(times, y[:, STATES.index("N")], strict=True))
        state = y[-1].copy()
    return np.array([found[d] for d in days])
